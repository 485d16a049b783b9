import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { pathRemaps } from './path-remaps.ts'
import { RUST, TARGET } from './rust.ts'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from './toolchain.ts'

const RUNTIME = 'javascript'

// Where Debian's package wasi-libc puts them.
const HEADERS = '/usr/include/wasm32-wasi'

/** A policy in JavaScript is compiled into the crate policies/javascript: QuickJS, with the interface that Javy gives it. */
export const JAVASCRIPT: Toolchain = {
  name: 'javascript',
  marker: 'policy.js',
  sharedSources: ['rust-toolchain.toml', `${RUNTIME}/Cargo.toml`, `${RUNTIME}/Cargo.lock`, `${RUNTIME}/src/**/*`],
  ownSources: ['policy.js'],
  tests: [],
  find: findJavaScript,
}

// QuickJS is C: beside Rust, clang and the headers of a libc are needed.
async function findJavaScript(workspace: string): Promise<FoundToolchain> {
  const run = (command: string, ...args: string[]) =>
    execa(command, args, { cwd: join(workspace, RUNTIME), reject: false })
  const rust = await RUST.find(workspace)
  const clang = await run('clang', '--version')
  const missing = [
    ...(clang.failed ? ['clang'] : []),
    ...((await run('llvm-ar', '--version')).failed ? ['llvm'] : []),
    ...(existsSync(HEADERS) ? [] : ['wasi-libc']),
  ]
  if (missing.length > 0)
    throw new ToolchainMissing(`QuickJS cannot be compiled: run \`apt-get install ${missing.join(' ')}\``)
  const fetched = await run('cargo', 'fetch', '--locked', '--target', TARGET)
  if (fetched.failed)
    throw new ToolchainMissing(`the crates of policies/${RUNTIME}/Cargo.lock cannot be fetched: ${fetched.stderr}`)
  const [sysroot, details] = [await run('rustc', '--print', 'sysroot'), await run('rustc', '-vV')]
  const remaps = pathRemaps(sysroot.stdout.trim(), details.stdout)
  return {
    version: `${rust.version}, ${clang.stdout.split('\n')[0]}`,
    async build(policies, folder, targetFolder) {
      const sdk = layOutSdk(join(targetFolder, 'wasi-sdk'))
      const modules = new Map<string, Uint8Array>()
      for (const policy of policies) modules.set(policy, await build(folder, policy, { targetFolder, sdk, remaps }))
      return modules
    },
    async test(policies, folder) {
      const files = policies.map((policy) => join(folder, policy, 'policy.test.js'))
      await execa(process.execPath, ['--test', ...files], { all: true })
    },
  }
}

interface Build {
  readonly targetFolder: string
  readonly sdk: string
  readonly remaps: string
}

async function build(folder: string, policy: string, { targetFolder, sdk, remaps }: Build): Promise<Uint8Array> {
  const target = join(targetFolder, RUNTIME)
  await execa('cargo', ['build', '--release', '--locked', '--offline', '--target', TARGET], {
    cwd: join(folder, RUNTIME),
    env: {
      CARGO_TARGET_DIR: target,
      CARGO_ENCODED_RUSTFLAGS: remaps,
      POLICY_JS: join(folder, policy, 'policy.js'),
      WASI_SDK: sdk,
    },
  })
  return readFileSync(join(target, TARGET, 'release/javascript-policy.wasm'))
}

// The crate that compiles QuickJS looks for wasi-sdk, and downloads it otherwise. The machine's own clang will do.
function layOutSdk(folder: string): string {
  const links = {
    'bin/clang': '/usr/bin/clang',
    'bin/ar': '/usr/bin/llvm-ar',
    [`share/wasi-sysroot/include/${TARGET}`]: HEADERS,
  }
  for (const [name, target] of Object.entries(links)) {
    const link = join(folder, name)
    mkdirSync(dirname(link), { recursive: true })
    rmSync(link, { force: true })
    symlinkSync(target, link)
  }
  return folder
}
