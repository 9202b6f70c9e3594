// Which voice speaks: those that the chosen connection offers, or a name typed in, for servers that do not tell.
import { Autocomplete, Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { ApiError, api, openSound } from '../../api.ts'
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

/** Says a sentence as it is set now, here in the browser. */
function Listen({ connection, voice }: { connection: string; voice: string }) {
  const [isBusy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)
  const listen = async (): Promise<void> => {
    setBusy(true)
    setTrouble(null)
    try {
      const spoken = await openSound(`/api/connections/${encodeURIComponent(connection)}/say`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: say('Somebody has fallen in the kitchen.'), voice }),
      })
      const source = URL.createObjectURL(await new Response(spoken).blob())
      const sound = new Audio(source)
      sound.onended = () => URL.revokeObjectURL(source)
      await sound.play()
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        mt={8}
        loading={isBusy}
        disabled={connection === ''}
        onClick={() => void listen()}
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        data-testid="voice-listen"
      >
        {say('Listen')}
      </Button>
      {trouble !== null && (
        <div className="notice" data-tone="bad" role="status" style={{ marginTop: 8 }} data-testid="voice-trouble">
          {trouble}
        </div>
      )}
    </div>
  )
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
    <div>
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
      <Listen connection={connection} voice={textOf(value)} />
    </div>
  )
}
