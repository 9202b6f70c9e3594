// What a person calls a card: the name they gave it, else its type's; several of one type that nobody named are counted. Pure.

/** A card by which something runs. */
export interface NamedCard {
  node: string
  type: string
  /** Null where nobody gave it one. */
  name: string | null
}

/** The name of each card by its id. */
export function cardNames(
  cards: readonly NamedCard[],
  titleOf: (type: string) => string | undefined,
): Map<string, string> {
  const plain = cards.map(({ node, type, name }) => ({
    node,
    isGiven: name !== null,
    name: name ?? titleOf(type) ?? node,
  }))
  const seen = new Map<string, number>()
  return new Map(
    plain.map(({ node, isGiven, name }) => {
      const isOnly = plain.filter((other) => !other.isGiven && other.name === name).length < 2
      if (isGiven || isOnly) return [node, name]
      const number = (seen.get(name) ?? 0) + 1
      seen.set(name, number)
      return [node, `${name} ${number}`]
    }),
  )
}
