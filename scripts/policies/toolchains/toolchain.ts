/** A language that policies are written in: how to tell its policies, what they are made from, and how to build them. */
export interface Toolchain {
  readonly name: string
  /** The file that a policy's folder has if it is written in this language. */
  readonly marker: string
  /** Patterns, relative to the workspace, of what every policy of the language is made from. */
  readonly sharedSources: readonly string[]
  /** Patterns, relative to the policy's folder, of what it is made from; its metadata.yml is always among them. */
  readonly ownSources: readonly string[]
  /** Patterns of files that lie among the sources and leave no trace in modules. */
  readonly tests: readonly string[]
  /** Finds the compiler, and fetches what it needs. @throws ToolchainMissing */
  find(workspace: string): Promise<FoundToolchain>
}

/** A compiler that can build. */
export interface FoundToolchain {
  /** What it says of itself; other versions may give other bytes. */
  readonly version: string
  /** Builds policies, without their metadata: modules by policy. Intermediate files go below `targetFolder`. */
  build(policies: readonly string[], workspace: string, targetFolder: string): Promise<Map<string, Uint8Array>>
  /** Runs the unit tests and checks that the language has. @throws Error with the output */
  test(policies: readonly string[], workspace: string): Promise<void>
}

/** Something is missing to build policies; the message says what, and how to get it. */
export class ToolchainMissing extends Error {}
