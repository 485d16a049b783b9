import { buildGoProgram } from './go-program.ts'

/** Builds the distribution project's registry, as `tests/fixtures/registry/go.mod` pins it. */
export function buildRegistry(): Promise<string> {
  const program = 'github.com/distribution/distribution/v3/cmd/registry'
  return buildGoProgram({ name: 'registry', version: 'v3.1.2', package: program })
}
