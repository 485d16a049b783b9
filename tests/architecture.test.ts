import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '..')

/** The arrows of docs/designs/architecture.md: a folder may import what an arrow, or a chain of arrows, leads to. */
const ARROWS: Record<string, readonly string[]> = {
  cli: ['bench', 'e2e', 'upkeep', 'clusters', 'shim'],
  e2e: ['upkeep', 'clusters', 'shim'],
  upkeep: ['clusters', 'shim'],
  bench: ['clusters', 'shim'],
  controller: ['clusters', 'shim'],
  testing: ['clusters', 'shim', 'containers'],
  clusters: ['plugin', 'shim', 'containers', 'image'],
  image: ['containers'],
  containers: [],
  shim: ['evaluator', 'artifacts', 'kube', 'plugin'],
  plugin: [],
  evaluator: [],
  artifacts: [],
  kube: [],
  util: [],
}

const sources = globSync(`{${Object.keys(ARROWS).join(',')}}/**/*.ts`, { cwd: ROOT }).filter(
  (file) => !file.includes('node_modules') && !file.endsWith('.d.ts'),
)
const importsOf = new Map(sources.map((file) => [file, readImports(file)]))

t.test('imports follow the drawn arrows', async (t) => {
  const forbidden = [...importsOf].flatMap(([file, targets]) =>
    targets.filter((target) => !isAllowed(folderOf(file), folderOf(target))).map((target) => `${file} -> ${target}`),
  )
  t.strictSame(forbidden, [])
})

t.test('no file imports itself by way of others', async (t) => {
  t.strictSame(
    sources.filter((file) => reaches(importsOf.get(file) ?? [], file)),
    [],
  )
})

t.test('only the command line prints, exits and names its streams', async (t) => {
  const printing = /\bprocess\.(stdout|stderr|exit)\b|\bconsole\.\w+\(/
  const offenders = sources.filter((file) => !isEdge(file) && printing.test(readCode(file)))
  t.strictSame(offenders, [])
})

t.test('only config files read the environment', async (t) => {
  const offenders = sources.filter(
    (file) => !file.endsWith(`${sep}config.ts`) && /\bprocess\.env\b/.test(readCode(file)),
  )
  t.strictSame(offenders, [])
})

t.test('every file holds one idea: 300 lines at most', async (t) => {
  const all = globSync(
    '{cli,bench,testing,e2e,upkeep,controller,clusters,image,containers,shim,plugin,evaluator,artifacts,kube,util,scripts,tests}/**/*.ts',
    {
      cwd: ROOT,
    },
  )
  t.strictSame(
    all.filter((file) => readCode(file).split('\n').length > 301),
    [],
  )
})

t.test('client-node stays out of what the shim loads: it costs 0.6 s and 135 MB', async (t) => {
  const loading = /^import (?!type )[^;]*?from '@kubernetes\/client-node'/m
  const shimFiles = sources.filter((file) => /^(shim|evaluator|kube|util)\//.test(file))
  t.strictSame(
    shimFiles.filter((file) => loading.test(readCode(file))),
    [],
  )
})

function readCode(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Our own files that a file imports, statically or not, types included. */
function readImports(file: string): string[] {
  const specifiers = [...readCode(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)))
}

function folderOf(file: string): string {
  return file.split(sep)[0] ?? ''
}

function isAllowed(from: string, to: string): boolean {
  if (from === to || to === 'util') return true
  return (ARROWS[from] ?? []).some((next) => next === to || isAllowed(next, to))
}

function isEdge(file: string): boolean {
  return file === join('cli', 'io.ts') || file === join('cli', 'main.ts')
}

function reaches(from: readonly string[], goal: string, seen = new Set<string>()): boolean {
  return from.some((file) => {
    if (file === goal) return true
    if (seen.has(file)) return false
    seen.add(file)
    return reaches(importsOf.get(file) ?? [], goal, seen)
  })
}
