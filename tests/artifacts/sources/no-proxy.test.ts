import t from 'tap'
import { bypassesProxy } from '../../../artifacts/sources/no-proxy.ts'

const ROWS: [list: string, url: string, bypasses: boolean][] = [
  ['', 'https://a.test', false],
  ['*', 'https://a.test', true],
  ['a.test', 'https://a.test', true],
  ['a.test', 'https://b.a.test', true],
  ['a.test', 'https://ba.test', false],
  ['.a.test', 'https://a.test', true],
  ['*.a.test', 'https://b.a.test', true],
  ['A.TEST', 'https://a.test', true],
  ['x, a.test , y', 'https://a.test', true],
  ['a.test:443', 'https://a.test', true],
  ['a.test:80', 'https://a.test', false],
  ['a.test:5000', 'http://a.test:5000', true],
  ['.', 'https://a.test', false],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.0.0.0/99', 'https://10.1.2.3', false],
  ['10.1.2.3', 'http://10.1.2.3:5000', true],
  ['10.1.2.3:5000', 'http://10.1.2.3:5000', true],
  ['10.1.2.3:5001', 'http://10.1.2.3:5000', false],
  ['::1', 'http://[::1]:5000', true],
  ['[::1]', 'http://[::1]:5000', true],
  ['[::1]:5001', 'http://[::1]:5000', false],
  ['fd00::/8', 'http://[fd00::1]', true],
  ['fd00::/8', 'http://10.1.2.3', false],
  ['0.0.1', 'http://10.0.0.1', false],
]

t.test('a list of hosts says which URLs are asked for directly', async (t) => {
  for (const [list, url, bypasses] of ROWS) t.equal(bypassesProxy(new URL(url), list), bypasses, `${list} | ${url}`)
})
