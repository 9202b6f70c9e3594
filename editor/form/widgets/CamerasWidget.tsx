// Which of the cameras under Cameras a node watches; the way to add one.
import { Anchor, MultiSelect } from '@mantine/core'
import { camerasQuery, useRead } from '../../queries.ts'
import { go } from '../../route.ts'
import { say } from '../../words/say.ts'
import { inputProps, type WidgetProps } from './widget.ts'

/** `cameras` */
export function CamerasWidget(props: WidgetProps) {
  const { data: cameras } = useRead(camerasQuery)
  const chosen = Array.isArray(props.value) ? props.value.map(String) : []
  const names = (cameras ?? []).map(({ name }) => name)
  const data = [
    ...names.map((name) => ({ value: name, label: name })),
    ...chosen
      .filter((name) => !names.includes(name))
      .map((name) => ({ value: name, label: say('{name} (missing)', { name }) })),
  ]
  return (
    <div>
      <MultiSelect
        {...inputProps(props)}
        data={data}
        value={chosen}
        placeholder={chosen.length === 0 ? say('Choose…') : ''}
        searchable
        hidePickedOptions
        nothingFoundMessage={say('No camera of that name.')}
        onChange={(next) => props.onChange(next.length === 0 ? undefined : next)}
      />
      <Anchor
        size="xs"
        mt={4}
        component="button"
        type="button"
        c="var(--heed-quiet)"
        underline="always"
        onClick={() => go('/cameras')}
      >
        {names.length === 0 ? say('Add a camera') : say('All cameras')}
      </Anchor>
    </div>
  )
}
