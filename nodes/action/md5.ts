// MD5 (RFC 1321), because WeCom wants a picture's; nothing of ours is protected by it. Pure.

// The integer part of 2^32 · |sin(i + 1)|, as the RFC defines its table.
const table = Array.from({ length: 64 }, (_unused, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) >>> 0)
const turns = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const

/** In hex. */
export function md5(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, (bytes.length << 3) >>> 0, true)
  view.setUint32(padded.length - 4, Math.floor(bytes.length / 2 ** 29), true)
  const state: [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let at = 0; at < padded.length; at += 64) addChunk(state, view, at)
  const result = new DataView(new ArrayBuffer(16))
  for (const [index, word] of state.entries()) result.setUint32(index * 4, word, true)
  return Array.from(new Uint8Array(result.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function addChunk(state: [number, number, number, number], view: DataView, at: number): void {
  let [a, b, c, d] = state
  for (let index = 0; index < 64; index++) {
    const round = index >> 4
    const [mixed, word] =
      round === 0
        ? [(b & c) | (~b & d), index]
        : round === 1
          ? [(d & b) | (~d & c), (5 * index + 1) % 16]
          : round === 2
            ? [b ^ c ^ d, (3 * index + 5) % 16]
            : [c ^ (b | ~d), (7 * index) % 16]
    const sum = (a + mixed + (table[index] ?? 0) + view.getUint32(at + word * 4, true)) >>> 0
    const turn = turns[round]?.[index % 4] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) >>> 0]
  }
  state[0] = (state[0] + a) >>> 0
  state[1] = (state[1] + b) >>> 0
  state[2] = (state[2] + c) >>> 0
  state[3] = (state[3] + d) >>> 0
}
