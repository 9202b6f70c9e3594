// An address. For cameras it can be tried at once; a stored password shows as ***, and never comes back.
import { TextInput } from '@mantine/core'
import { hiddenIn } from '../../../nodes/contract/address-secrets.ts'
import { CameraTest } from './CameraTest.tsx'
import { inputProps, sentence, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

/** `url` */
export function UrlWidget(props: WidgetProps) {
  const value = textOf(props.value)
  const isCamera = props.owner !== undefined && ['rtsp', 'url'].includes(textOf(props.config['kind']))
  const help =
    hiddenIn(value) !== null
      ? [props.schema.help?.replace(/\.?$/, '.'), say('The password is kept and hidden; *** stands for it.')]
          .filter(Boolean)
          .join(' ')
      : sentence(props.schema.help)
  return (
    <div>
      <TextInput
        {...inputProps(props)}
        description={help}
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        value={value}
        placeholder={props.schema.placeholder}
        onChange={(event) => props.onChange(event.currentTarget.value.trim() || undefined)}
      />
      {isCamera && value !== '' && <CameraTest config={props.config} owner={props.owner} />}
    </div>
  )
}
