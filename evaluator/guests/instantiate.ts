import type { PolicyModule } from '../module/policy-module.ts'
import type { Meter } from './guest.ts'

/** Makes an instance and runs what its module wants to be run then, under the meter if there is one. */
export function instantiate(
  { module, restorable }: PolicyModule,
  imports: WebAssembly.Imports,
  meter?: Meter,
): Record<string, unknown> {
  const { exports } = new WebAssembly.Instance(module, meter?.watch(imports) ?? imports)
  if (restorable === undefined) return exports
  meter?.fill(exports[restorable.fuel] as WebAssembly.Global)
  if (restorable.start !== undefined) (exports[restorable.start] as () => void)()
  return exports
}
