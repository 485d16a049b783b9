import { existsSync, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const TARGET = 'wasm32-wasip1'

/** A Rust compiler that can build for WebAssembly. */
export interface Rust {
  /** What `rustc --version` says. */
  readonly version: string
  readonly commit: string
  readonly sysroot: string
}

/** Something is missing to build the workspace; the message says what, and how to get it. */
export class RustMissing extends Error {}

/**
 * Finds all that the workspace is built with: the compiler that it asks for and the target, which rustup fetches when it
 * can, and the crates. @throws RustMissing
 */
export async function findRust(workspace: string): Promise<Rust> {
  const run = async (command: string, ...args: string[]) =>
    await execa(command, args, { cwd: workspace, reject: false })
  const rustc = async (...args: string[]) => (await run('rustc', ...args)).stdout.trim()
  const hasTarget = async () => existsSync(await rustc('--print', 'target-libdir', '--target', TARGET))
  // installs what rust-toolchain.toml names
  if (!(await hasTarget())) await run('rustup', 'toolchain', 'install')
  if ((await run('cargo', '--version')).failed)
    throw new RustMissing('cargo cannot be started: install Rust, https://rustup.rs')
  if (!(await hasTarget()))
    throw new RustMissing(`Rust cannot build for ${TARGET}: run \`rustup target add ${TARGET}\` in policies/`)
  const version = await rustc('-vV')
  const host = /^host: (.*)$/m.exec(version)?.[1] ?? ''
  const fetched = await run('cargo', 'fetch', '--locked', '--target', TARGET, '--target', host)
  if (fetched.failed) throw new RustMissing(`the crates of policies/Cargo.lock cannot be fetched: ${fetched.stderr}`)
  return {
    version: version.split('\n')[0] ?? '',
    commit: /^commit-hash: (.*)$/m.exec(version)?.[1] ?? '',
    sysroot: await rustc('--print', 'sysroot'),
  }
}

/**
 * Compiles a workspace and gives the modules by crate. The same bytes whatever the folder: the places of the crates'
 * and of the standard library's sources, which panic messages name, are written as on every other machine.
 */
export async function compile(workspace: string, targetFolder: string, rust: Rust): Promise<(crate: string) => string> {
  const remaps = [
    ...globSync(join(cargoHome(), 'registry/src/*')).map((folder) => `${folder}=/registry`),
    `${join(rust.sysroot, 'lib/rustlib/src/rust')}=/rustc/${rust.commit}`,
  ]
  await execa('cargo', ['build', '--release', '--locked', '--offline', '--target', TARGET], {
    cwd: workspace,
    env: {
      CARGO_TARGET_DIR: targetFolder,
      CARGO_ENCODED_RUSTFLAGS: remaps.map((remap) => `--remap-path-prefix=${remap}`).join('\u001f'),
    },
  })
  return (crate) => join(targetFolder, TARGET, 'release', `${crate.replaceAll('-', '_')}.wasm`)
}

const cargoHome = () => process.env['CARGO_HOME'] || join(homedir(), '.cargo')
