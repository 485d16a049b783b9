import t from 'tap'
import { parse } from 'yaml'
import { toYaml } from '../../plugin/yaml.ts'

t.test('a string stays a string for Kubernetes too, which reads YAML 1.1', async (t) => {
  const strings = [
    'yes',
    'n',
    'On',
    'off',
    '0644',
    '0o7',
    '1:30',
    '1e3',
    '1_000',
    '~',
    'null',
    '.inf',
    '=',
    '2001-01-01',
  ]
  const object = { matchLabels: Object.fromEntries(strings.map((text) => [text, text])) }
  for (const version of ['1.1', '1.2'] as const) t.strictSame(parse(toYaml([object]), { version }), object)
})

t.test('objects that are absent leave no document', async (t) => {
  t.equal(toYaml([undefined, { a: 1 }, { b: 2 }]), 'a: 1\n---\nb: 2\n')
})
