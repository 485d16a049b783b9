import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../util/package-root.ts'
import { installPackage } from '../helpers/installed-package.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

const PAGE = readFileSync(join(packageRoot(), 'docs/testing-with-clusters.md'), 'utf8')
const [, EXAMPLE = ''] = /```ts\n([\s\S]*?)```/.exec(PAGE) ?? []

t.test(
  "the page's test passes against the installed package, which is typed and needs no testcontainers",
  async (t) => {
    const { app, files } = await installPackage(makeShortFolder(t))
    t.notOk(files.some((file) => file.startsWith('tests/')))
    const example = join(app, 'pods.test.ts')
    writeFileSync(example, EXAMPLE)
    copyFileSync(join(packageRoot(), 'policies/pod-privileged/policy.wasm'), join(app, 'policy.wasm'))

    await t.test('its types are found', async () => {
      const types = ['--types', 'node', '--typeRoots', join(packageRoot(), 'node_modules/@types')]
      const flags = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'es2024',
      ]
      await execa(
        'env',
        [
          '-u',
          'NODE_OPTIONS',
          join(packageRoot(), 'node_modules/.bin/tsc'),
          ...flags,
          '--lib',
          'es2024,esnext.disposable',
          ...types,
          example,
        ],
        { cwd: app },
      )
    })

    await t.test('it passes', async (t) => {
      const { stdout } = await execa(
        'env',
        ['-u', 'NODE_OPTIONS', process.execPath, '--test', '--test-reporter=tap', example],
        { cwd: app },
      )
      t.match(stdout, 'ok 1 - privileged pods are refused')
    })
  },
)
