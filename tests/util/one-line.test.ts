import t from 'tap'
import { toOneLine } from '../../util/one-line.ts'

t.test('text stays as it is, but for what would end the line or reach the terminal as a command', async (t) => {
  t.equal(toOneLine('Pod default/"wéb": denied'), 'Pod default/"wéb": denied')
  t.equal(toOneLine('a\nb\u001b[31m\u009b31m\u2028c'), 'a\\nb\\u001b[31m\\u009b31m\\u2028c')
})
