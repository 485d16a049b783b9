import { globSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Flags for cargo, as `CARGO_ENCODED_RUSTFLAGS`, that make the same bytes whatever the folder: the places of the crates' and
 * of the standard library's sources, which panic messages name, are written as on every other machine.
 */
export function pathRemaps(sysroot: string, rustcDetails: string): string {
  const commit = /^commit-hash: (.*)$/m.exec(rustcDetails)?.[1] ?? ''
  const remaps = [
    ...globSync(join(cargoHome(), 'registry/src/*')).map((folder) => `${folder}=/registry`),
    `${join(sysroot, 'lib/rustlib/src/rust')}=/rustc/${commit}`,
  ]
  return remaps.map((remap) => `--remap-path-prefix=${remap}`).join('\u001f')
}

const cargoHome = () => process.env['CARGO_HOME'] || join(homedir(), '.cargo')
