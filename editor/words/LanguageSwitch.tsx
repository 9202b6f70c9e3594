// English or Chinese, each in its own words.
import { SegmentedControl } from '@mantine/core'
import { chooseLanguage, language as spoken, type Language } from './say.ts'

export function LanguageSwitch() {
  const language = spoken()
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
      data-testid="language"
    />
  )
}
