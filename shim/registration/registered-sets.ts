import type { RegisteredSet } from './registered-set.ts'

interface KeptSet {
  readonly set: RegisteredSet
  /** `performance.now()` of the last request that named it; undefined before the first. */
  askedAt: number | undefined
}

/** A set that requests have named is kept for this long after the last one, once they name a newer one. */
const RETIREMENT_MS = 2 * 60_000
/** So many that nobody has asked for yet: API servers may still learn of them. */
const MAX_UNASKED = 16
/** What an API server may take to learn of a new set where it is told at once. */
const LAG_MS = 10_000
/** However quickly sets follow each other. */
const MAX_ASKED = 64

/**
 * The sets that webhook entries may name: the one in force, and those before it that some API server may still ask for. It
 * learns of another set when its webhook configuration changes, and until then has to be answered by the old one, as a whole.
 */
export class RegisteredSets {
  readonly #kept = new Map<string, KeptSet>()
  readonly #now: () => number
  readonly #lagging = new Set<string>()
  #replacedAt = 0
  #lagged = 0
  #onLag: ((digest: string) => void) | undefined
  #current: RegisteredSet = { digest: '', policies: new Map(), entries: new Map() }

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The one in force. */
  get current(): RegisteredSet {
    return this.#current
  }

  /** The digests that are answered, the newest last. */
  get digests(): readonly string[] {
    return [...this.#kept.keys()]
  }

  /** How many requests have named a set that had been replaced for some time. */
  get lagged(): number {
    return this.#lagged
  }

  /** Calls once for each set that is still named long after it was replaced: nobody seems to register the new one. */
  onLag(listener: (digest: string) => void): void {
    this.#onLag = listener
  }

  /** Puts a set in force, under its own digest, and under that of what is configured, where not all of it could be loaded. */
  put(set: RegisteredSet, configuredDigest = set.digest): void {
    if (set.digest !== this.#current.digest) {
      this.#replacedAt = this.#now()
      this.#lagging.clear()
    }
    this.#current = set
    for (const digest of new Set([configuredDigest, set.digest])) {
      const askedAt = this.#kept.get(digest)?.askedAt
      this.#kept.delete(digest)
      this.#kept.set(digest, { set, askedAt })
    }
    this.#retire()
  }

  /** The set that a request names; undefined when it is not known, or not any more. */
  find(digest: string): RegisteredSet | undefined {
    const kept = this.#kept.get(digest)
    if (kept === undefined) return undefined
    kept.askedAt = this.#now()
    if (kept.set !== this.#current && kept.askedAt - this.#replacedAt > LAG_MS) this.#noteLag(digest)
    return kept.set
  }

  #noteLag(digest: string): void {
    this.#lagged += 1
    if (this.#lagging.has(digest)) return
    this.#lagging.add(digest)
    this.#onLag?.(digest)
  }

  /** The same for whoever only looks: that keeps no set. */
  peek(digest: string): RegisteredSet | undefined {
    return this.#kept.get(digest)?.set
  }

  // A cluster may be quiet for days: a set is old only when requests have gone on to a newer one.
  #retire(): void {
    let unasked = 0
    let asked = 0
    for (const [digest, { set, askedAt }] of [...this.#kept].reverse()) {
      const isRetired =
        askedAt === undefined
          ? ++unasked > MAX_UNASKED
          : ++asked > MAX_ASKED || (asked > 1 && this.#now() - askedAt > RETIREMENT_MS)
      if (isRetired && set !== this.#current) this.#kept.delete(digest)
    }
  }
}
