// Which voice speaks: those that the chosen connection offers, or a name typed in, for servers that do not tell.
import { Autocomplete } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ApiError, api } from '../../api.ts'
import { inputProps, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

interface Offer {
  voices: string[]
  trouble: string | null
}

function useVoices(connection: string): Offer {
  const [offer, setOffer] = useState<Offer>({ voices: [], trouble: null })
  useEffect(() => {
    let isOpen = true
    setOffer({ voices: [], trouble: null })
    if (connection === '') return
    api.voices(connection).then(
      (voices) => {
        if (isOpen) setOffer({ voices, trouble: null })
      },
      (error: unknown) => {
        if (isOpen) setOffer({ voices: [], trouble: error instanceof ApiError ? error.message : String(error) })
      },
    )
    return () => {
      isOpen = false
    }
  }, [connection])
  return offer
}

/** `voice` */
export function VoiceWidget(props: WidgetProps) {
  const { schema, value, config, onChange } = props
  const connection = textOf(config['connection'] ?? 'flite')
  const { voices, trouble } = useVoices(connection)
  const help =
    trouble === null
      ? schema.help
      : say('The voices could not be listed: {trouble} A name can be typed in.', { trouble })
  return (
    <Autocomplete
      {...inputProps(props)}
      description={help}
      value={textOf(value)}
      data={[...new Set(voices)]}
      maxLength={schema.maxLength}
      placeholder={schema.placeholder}
      filter={({ options, search }) =>
        voices.includes(search)
          ? options
          : options.filter((option) => 'label' in option && option.label.toLowerCase().includes(search.toLowerCase()))
      }
      onChange={(name) => onChange(name === '' ? undefined : name)}
    />
  )
}
