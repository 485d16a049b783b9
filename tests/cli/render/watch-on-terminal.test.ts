import t from 'tap'
import { watchOnTerminal } from '../../../cli/render/watch-on-terminal.ts'

t.test('a text is written over itself until a signal comes', async (t) => {
  const written: string[] = []
  let stop = () => {}
  const io = {
    out: (text: string) => void written.push(text),
    onStopSignal: (listener: (signal: NodeJS.Signals) => void) => {
      stop = () => listener('SIGINT')
    },
  }
  let renderings = 0
  await watchOnTerminal(io, 1, async () => {
    renderings += 1
    if (renderings === 3) stop()
    return `${renderings}\n`
  })
  t.strictSame(written, ['\u001b[H\u001b[J1\n', '\u001b[H\u001b[J2\n', '\u001b[H\u001b[J3\n'])
})
