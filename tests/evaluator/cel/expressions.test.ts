import t from 'tap'
import { createRequest, judge, type Row, readExpressions, readObject } from '../../helpers/cel.ts'

const request = createRequest(readObject())
const byTopic = Map.groupBy(readExpressions(), ({ topic }) => topic)

for (const [topic, rows] of byTopic) {
  t.test(`the API server's verdicts: ${topic}`, async (t) => {
    t.strictSame(rows.map(judged).filter(isWrong), [])
  })
}

t.test('the table holds expressions of every verdict', async (t) => {
  for (const verdict of ['true', 'false', 'fails', 'refused'])
    t.ok(readExpressions().filter((row) => row.verdict === verdict).length >= 40, verdict)
})

function judged(row: Row) {
  return { ...row, ours: judge(row.expression, request) }
}

function isWrong({ verdict, ours }: ReturnType<typeof judged>): boolean {
  return verdict !== ours.verdict
}
