import { buildGoProgram } from './go-program.ts'

/**
 * Builds Prometheus, as `tests/fixtures/prometheus/go.mod` pins it: two minutes on two cores, since the discoveries of
 * services, with the clients of every cloud, are left out.
 */
export function buildPrometheus(): Promise<string> {
  const program = 'github.com/prometheus/prometheus/cmd/prometheus'
  return buildGoProgram({ name: 'prometheus', version: 'v0.316.0', package: program, tags: 'remove_all_sd' })
}
