// Tidies beside the page, so that nothing on it stands still meanwhile. A drawing in, places out; knows nothing else.
import { tidyPlaces, type Drawing } from '../graph/layout.ts'

addEventListener('message', (event: MessageEvent<Drawing>) => {
  postMessage([...tidyPlaces(event.data)])
})
