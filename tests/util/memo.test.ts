import t from 'tap'
import { Memo } from '../../util/memo.ts'

t.test('a text is made something of once, as long as few others come', async (t) => {
  const made: string[] = []
  const memo = new Memo(2, (text) => {
    made.push(text)
    return text.length
  })
  t.equal(memo.get('one'), 3)
  t.equal(memo.get('one'), 3)
  t.strictSame(made, ['one'])
  for (const text of ['two', 'three', 'one']) memo.get(text)
  t.strictSame(made, ['one', 'two', 'three', 'one'])
})

t.test('long texts, and those of which nothing could be made, are not remembered', async (t) => {
  let asked = 0
  const memo = new Memo(10, (text) => {
    asked += 1
    if (text === '') throw new Error('nothing')
    return text
  })
  const long = 'x'.repeat(2000)
  for (let i = 0; i < 2; i++) {
    t.equal(memo.get(long), long)
    t.throws(() => memo.get(''), { message: 'nothing' })
  }
  t.equal(asked, 4)
})
