/** The processors that the image is laid out for, as images name them. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const

export type Architecture = (typeof ARCHITECTURES)[number]

/** What others call a processor. */
export interface ArchitectureNames {
  /** Node's own name, and that of its npm package. */
  readonly node: string
  /** Debian's folder of libraries. */
  readonly libraries: string
  /** The machine's number in an ELF file. */
  readonly elf: number
}

export const ARCHITECTURE_NAMES: Readonly<Record<Architecture, ArchitectureNames>> = {
  amd64: { node: 'x64', libraries: 'x86_64-linux-gnu', elf: 62 },
  arm64: { node: 'arm64', libraries: 'aarch64-linux-gnu', elf: 183 },
}

/** The processor of this machine. */
export function hostArchitecture(): Architecture {
  return process.arch === 'arm64' ? 'arm64' : 'amd64'
}
