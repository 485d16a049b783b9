import { messageOf } from '../../util/errors.ts'
import { unexpected } from '../expect.ts'

/** Something that a step has begun, such as a drill. */
interface Begun {
  end(): Promise<void>
}

/** If it fails, what was begun is ended all the same: the steps after it stand on a site without it. */
export async function endOnFailure<T>(begun: Begun, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    await begun.end().catch((later) => {
      throw unexpected(`${messageOf(error)}\n  and what was begun cannot be ended: ${messageOf(later)}`)
    })
    throw error
  }
}
