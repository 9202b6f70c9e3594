// English or Chinese, each in its own words.
import { SegmentedControl } from '@mantine/core'
import { chooseLanguage, useWords, type Language } from './gallery-words.ts'

export function LanguageSwitch() {
  const { language } = useWords()
  return (
    <SegmentedControl
      size="xs"
      aria-label="Language, 语言"
      data={[
        { value: 'en', label: 'English' },
        { value: 'zh', label: '中文' },
      ]}
      value={language}
      onChange={(next) => chooseLanguage(next as Language)}
      data-testid="gallery-language"
    />
  )
}
