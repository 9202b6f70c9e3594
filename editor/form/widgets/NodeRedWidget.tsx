// A place of the Node-RED inside: those that run there now, or a name typed in for one that is still to be drawn.
import { Anchor, Autocomplete } from '@mantine/core'
import { nodeRedQuery, useRead } from '../../queries.ts'
import { inputProps, sentence, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

/** `node-red` */
export function NodeRedWidget(props: WidgetProps) {
  const { schema, value, onChange } = props
  // Without it a name can still be typed in.
  const { data: view } = useRead(nodeRedQuery)
  const places = (schema.nodeRed === 'exit' ? view?.exits : view?.entries) ?? []
  const names = [...new Set(places.map(({ name }) => name).filter((name) => name !== ''))]
  return (
    <Autocomplete
      {...inputProps(props)}
      description={
        view?.isOn === false ? (
          <>
            {say('{sentence} Node-RED is off.', { sentence: sentence(schema.help) })}{' '}
            <Anchor href="/system">{say('Switch it on')}</Anchor>
          </>
        ) : (
          sentence(schema.help)
        )
      }
      value={textOf(value)}
      data={names}
      maxLength={200}
      placeholder={schema.placeholder}
      filter={({ options, search }) =>
        names.includes(search)
          ? options
          : options.filter((option) => 'label' in option && option.label.toLowerCase().includes(search.toLowerCase()))
      }
      onChange={(name) => onChange(name === '' ? undefined : name)}
    />
  )
}
