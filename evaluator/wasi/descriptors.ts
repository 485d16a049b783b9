import type { InputStream, OutputStream, World } from './world.ts'

/** What a file descriptor stands for: the one or the other end of a standard stream. */
export interface Descriptor {
  readonly input?: InputStream
  readonly output?: OutputStream
  /** As the guest set them; nothing here depends on them. */
  flags: number
}

/** The open file descriptors. There are three at first; a guest can close and move them, and get no others. */
export class Descriptors {
  readonly #world: World
  #open: Map<number, Descriptor>
  #changes = 0

  constructor(world: World) {
    this.#world = world
    this.#open = openStreams(world)
  }

  /** Opens what was open at first, as it was. */
  reset(): void {
    if (this.#changes > 0) this.#open = openStreams(this.#world)
    this.#changes = 0
  }

  get(fd: number): Descriptor | undefined {
    return this.#open.get(fd)
  }

  /** How often the guest has changed something about them. */
  get changes(): number {
    return this.#changes
  }

  setFlags(descriptor: Descriptor, flags: number): void {
    this.#changes += 1
    descriptor.flags = flags
  }

  close(fd: number): boolean {
    this.#changes += 1
    return this.#open.delete(fd)
  }

  /** Moves a descriptor onto another, which is closed by that; both must be open. */
  renumber(from: number, to: number): boolean {
    const moved = this.#open.get(from)
    if (moved === undefined || !this.#open.has(to)) return false
    this.#changes += 1
    this.#open.delete(from)
    this.#open.set(to, moved)
    return true
  }
}

function openStreams({ stdin, stdout, stderr }: World): Map<number, Descriptor> {
  return new Map([
    [0, { input: stdin, flags: 0 }],
    [1, { output: stdout, flags: 0 }],
    [2, { output: stderr, flags: 0 }],
  ])
}
