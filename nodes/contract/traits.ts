// The traits of node types: one list, so that nobody has to know a type by its name.

/** What the rest of Heed may ask of a type: nobody asks for one by its name. Each in words. */
export const traitWords = {
  capture: 'shows a camera, and is tried like one before it is saved',
  watch: 'has a model that looks at pictures; answers to it may come back around',
  ask: 'asks somebody and brings the answer, which may go back to the model that asked',
  remember: 'keeps what a person may read, add and correct',
  listen: 'takes what was said at a microphone',
  arm: 'is switched on and off by a person',
  notify: 'tells people over a channel, and can send a test',
  speak: 'says things aloud',
  'hear-node-red': 'takes what a flow of the Node-RED inside sends',
  mask: 'covers parts of the picture (polygons)',
  crop: 'keeps one part of the picture (rectangle)',
} as const
export type Trait = keyof typeof traitWords

/** Whether a type says of itself that it does this; false for a type that is not known here. */
export function does(definition: { does?: readonly Trait[] } | null | undefined, trait: Trait): boolean {
  return definition?.does?.includes(trait) === true
}
