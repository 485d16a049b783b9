import { dirname, isAbsolute, join } from 'node:path'

/** The path that a test file means: one that is relative is so to the test file. */
export function besideTestFile(testFile: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(testFile), path)
}
