import t from 'tap'
import { createSteps } from '../../util/steps.ts'

function record(isTerminal: boolean) {
  let text = ''
  const steps = createSteps({
    isTerminal,
    write(more) {
      text += more
    },
  })
  return { steps, text: () => text }
}

t.test('a step shows a line when it starts and one when it ends, with its seconds', async (t) => {
  const { steps, text } = record(false)
  const result = await steps.run('starting etcd', async (detail) => {
    detail('waiting for /health')
    return 7
  })
  t.equal(result, 7)
  t.match(text(), /^ • starting etcd …\n {5}waiting for \/health\n ✓ starting etcd \(\d+\.\d s\)\n$/)
})

t.test('a failed step is marked, and its error goes on', async (t) => {
  const { steps, text } = record(false)
  await t.rejects(
    steps.run('starting etcd', () => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.match(text(), / ✗ starting etcd/)
})

t.test('on a terminal a step keeps to one line', async (t) => {
  const { steps, text } = record(true)
  await steps.run('starting etcd', async (detail) => detail('waiting'))
  t.equal(text().split('\n').length, 2)
})

t.test('a note is a line that stays, on a terminal too', async (t) => {
  const { steps, text } = record(true)
  await steps.run('starting etcd', async (detail) => {
    detail('waiting')
    steps.note('etcd is old')
  })
  t.match(text(), / {3}etcd is old\n[^\n]* ✓ starting etcd/)
})
