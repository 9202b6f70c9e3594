// A place of a clip at which its reader dies again and again. After some tries, in which a machine in trouble may recover, the
// clip goes on behind it: a second is lost rather than all that follows. Pure.

/** 0.5 + 1 + 2 + 4 + 8 s of pauses: what passes by itself has passed. */
const patientTries = 6
const longestSkipS = 64

export class StickingPoint {
  #atS: number | null = null
  #deaths = 0

  /** The reader has died, or was cut off for hanging; `atS` is the newest picture that it gave, ever. */
  died(atS: number | null): void {
    this.#deaths = atS === this.#atS ? this.#deaths + 1 : 1
    this.#atS = atS
  }

  /** How many seconds to leave out when it is opened next. */
  get skipS(): number {
    return this.#deaths < patientTries ? 0 : Math.min(longestSkipS, 2 ** (this.#deaths - patientTries))
  }

  /** What to say of it; undefined while nothing is left out. */
  get words(): string | undefined {
    if (this.skipS === 0) return undefined
    return `The clip cannot be read at ${Math.round(this.#atS ?? 0)} s, tried ${this.#deaths} times; it goes on ${this.skipS} s behind that.`
  }
}
