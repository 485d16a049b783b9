import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { pathRemaps } from './path-remaps.ts'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from './toolchain.ts'

export const TARGET = 'wasm32-wasip1'

/** All Rust policies are crates of one workspace. */
export const RUST: Toolchain = {
  name: 'rust',
  marker: 'Cargo.toml',
  sharedSources: ['Cargo.lock', 'Cargo.toml', 'rust-toolchain.toml', 'support/Cargo.toml', 'support/src/**/*.rs'],
  ownSources: ['Cargo.toml', 'src/**/*.rs'],
  tests: ['**/tests.rs', '**/testing.rs'],
  find: findRust,
}

// The compiler that the workspace asks for and the target, which rustup fetches when it can, and the crates.
async function findRust(workspace: string): Promise<FoundToolchain> {
  const run = async (command: string, ...args: string[]) =>
    await execa(command, args, { cwd: workspace, reject: false })
  const rustc = async (...args: string[]) => (await run('rustc', ...args)).stdout.trim()
  const hasTarget = async () => existsSync(await rustc('--print', 'target-libdir', '--target', TARGET))
  // installs what rust-toolchain.toml names
  if (!(await hasTarget())) await run('rustup', 'toolchain', 'install')
  if ((await run('cargo', '--version')).failed)
    throw new ToolchainMissing('cargo cannot be started: install Rust, https://rustup.rs')
  if (!(await hasTarget()))
    throw new ToolchainMissing(`Rust cannot build for ${TARGET}: run \`rustup target add ${TARGET}\` in policies/`)
  const details = await rustc('-vV')
  const host = /^host: (.*)$/m.exec(details)?.[1] ?? ''
  const fetched = await run('cargo', 'fetch', '--locked', '--target', TARGET, '--target', host)
  if (fetched.failed)
    throw new ToolchainMissing(`the crates of policies/Cargo.lock cannot be fetched: ${fetched.stderr}`)
  const remaps = pathRemaps(await rustc('--print', 'sysroot'), details)
  return {
    version: details.split('\n')[0] ?? '',
    build: (policies, folder, targetFolder) => build(policies, { folder, targetFolder, remaps }),
    async test(_policies, folder) {
      await execa('cargo', ['test', '--locked', '--quiet'], { cwd: folder, all: true })
    },
  }
}

interface Build {
  readonly folder: string
  readonly targetFolder: string
  /** As `CARGO_ENCODED_RUSTFLAGS`. */
  readonly remaps: string
}

async function build(
  policies: readonly string[],
  { folder, targetFolder, remaps }: Build,
): Promise<Map<string, Uint8Array>> {
  await execa('cargo', ['build', '--release', '--locked', '--offline', '--target', TARGET], {
    cwd: folder,
    env: {
      CARGO_TARGET_DIR: targetFolder,
      CARGO_ENCODED_RUSTFLAGS: remaps,
    },
  })
  const moduleOf = (crate: string) => join(targetFolder, TARGET, 'release', `${crate.replaceAll('-', '_')}.wasm`)
  return new Map(policies.map((policy) => [policy, readFileSync(moduleOf(policy))]))
}
