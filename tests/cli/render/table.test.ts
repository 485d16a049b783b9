import t from 'tap'
import { renderTable } from '../../../cli/render/table.ts'

t.test('columns are as wide as their widest cell, and lines end with their text', async (t) => {
  t.equal(
    renderTable([
      ['NAME', 'STATE'],
      ['a-long-name', 'up'],
      ['b', ''],
    ]),
    'NAME          STATE\na-long-name   up\nb\n',
  )
})

t.test('foreign text stays on its line', async (t) => {
  t.equal(renderTable([['a\nb', '\u001b[2J']]), 'a\\nb   \\u001b[2J\n')
})
