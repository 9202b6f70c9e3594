// A wire was let go over nothing: the nodes that could take it, best first, where it was let go.
import { useDrawing } from '../canvas/drawing.ts'
import { placeAtEnd } from '../canvas/placing.ts'
import { fittingTypes } from '../graph/suggest.ts'
import { rankTypes } from '../graph/search.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import { Finder, type Choice } from './Finder.tsx'
import { say } from '../words/say.ts'

const close = (): void => useDrawing.setState({ asked: null })

/** Nothing while no wire waits for its end. */
export function WireEnd() {
  const asked = useDrawing((drawing) => drawing.asked)
  const types = useSignIn(({ types }) => types)
  if (!asked) return null
  const { start, at } = asked
  const fits = fittingTypes(types.values(), start.kind, start.side === 'out' ? 'in' : 'out')
  const find = (words: string): Choice[] => {
    const fitting = fits.map(({ type }) => type)
    return (words.trim() === '' ? fitting : rankTypes(fitting, words)).map((type) => ({
      id: type.type,
      label: type.title,
      text: type.help.split('\n')[0] ?? '',
      icon: <NamedIcon name={type.icon} size={18} stroke={1.75} />,
    }))
  }
  return (
    <Finder
      label={start.side === 'out' ? say('Where does this wire lead?') : say('Where does this wire come from?')}
      placeholder={start.side === 'out' ? say('Then what?') : say('From what?')}
      none={say('No card that fits is called that.')}
      find={find}
      at={at}
      onClose={close}
      onChoose={(id) => {
        const fit = fits.find(({ type }) => type.type === id)
        close()
        if (fit) placeAtEnd(start, fit, at)
      }}
    />
  )
}
