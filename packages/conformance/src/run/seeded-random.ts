/**
 * Numbers in [0, 1) that depend on the seed and the name alone: every case draws from its own sequence, so adding a
 * case changes no other case's schedule. The generator is mulberry32, the hash FNV-1a; both are of 32 bits, which is
 * plenty for schedules and useless for secrets.
 */
export function seededRandom(seed: number, name: string): () => number {
  let state = fnv1a(`${seed}:${name}`)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash
}
