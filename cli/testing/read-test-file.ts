import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { checkAt, problemAt } from '../../util/yaml/schema-problems.ts'
import { parseYaml, type YamlDocument } from '../../util/yaml/yaml-document.ts'
import { isForRawRequests } from '../evaluation/ask-policy.ts'
import { IN_PLACE, readDocument, requestOfCase } from './case-request.ts'
import { type PolicyUnderTest, preparePolicyUnderTest, type TestedPolicyOptions } from './policy-under-test.ts'
import type { TestCase, TestFile } from './test-case.ts'
import { type CaseSource, type TestFileSource, testFileSchema } from './test-file-schema.ts'

/** Reads test files, with all that they name. @throws ERR_FILE_READ, or ERR_TESTS_INVALID with every problem of every file */
export async function readTestFiles(files: readonly string[], options: TestedPolicyOptions): Promise<TestFile[]> {
  const { read, problems } = await readAll(files, (file, found) => readTestFile(file, options, found))
  throwProblems('ERR_TESTS_INVALID', problems)
  return read
}

/** Reads several things at once, and gives their problems in the order of the things. */
async function readAll<T, Read>(
  things: readonly T[],
  readOne: (thing: T, problems: Problem[], index: number) => Promise<Read | undefined>,
): Promise<{ readonly read: Read[]; readonly problems: Problem[] }> {
  const lists = things.map((): Problem[] => [])
  const read = await Promise.all(things.map((thing, index) => readOne(thing, lists[index] ?? [], index)))
  return { read: read.filter((one) => one !== undefined), problems: lists.flat() }
}

async function readTestFile(
  file: string,
  options: TestedPolicyOptions,
  problems: Problem[],
): Promise<TestFile | undefined> {
  const document = await readOneDocument(file, problems)
  if (document === undefined) return undefined
  const { value, problems: found } = checkAt(testFileSchema, document, [])
  problems.push(...found)
  if (value === undefined) return undefined
  const reportTo = (list: Problem[]) => (path: readonly PropertyKey[], error: unknown) =>
    void list.push(problemAt(document, path, describe(error)))
  const report = reportTo(problems)
  reportRepeatedNames(value, report)
  const policy = await preparePolicyUnderTest(value.policy, { ...options, file }).catch((error: unknown) =>
    report(['policy', value.policy.file === undefined ? 'module' : 'file'], error),
  )
  const cases = await readAll(value.cases, (testCase, list, index) =>
    readCase(testCase, { document, file: value, policy, index, report: reportTo(list) }),
  )
  problems.push(...cases.problems)
  return { file, cases: cases.read }
}

interface CaseContext {
  readonly document: YamlDocument
  readonly file: TestFileSource
  readonly policy: PolicyUnderTest | undefined
  readonly index: number
  readonly report: (path: readonly PropertyKey[], error: unknown) => void
}

async function readCase(testCase: CaseSource, context: CaseContext): Promise<TestCase | undefined> {
  const { document, policy, index, report } = context
  const path = ['cases', index]
  const request = await requestOfCase(testCase, document.file).catch((error) => {
    report([...path, subjectOf(testCase)], error)
  })
  const { object, patch, ...expected } = testCase.expect
  const documents = await readExpectedDocuments({ object, patch }, document.file).catch((error: unknown) =>
    report([...path, 'expect', object === undefined ? 'patch' : 'object'], error),
  )
  if (policy === undefined || documents === undefined) return undefined
  const line = document.lineOf(path)
  if (isUnfit(testCase, policy)) {
    const message = "is for the API server's requests; the policy is for raw ones: use rawRequest"
    report([...path, subjectOf(testCase)], new Error(message))
    return undefined
  }
  const named = { file: document.file, line, name: testCase.name }
  try {
    return {
      ...named,
      policy: policy(`${document.file}:${line}`, testCase.settings ?? context.file.settings),
      ...(request === undefined ? {} : { request }),
      expected: { ...expected, ...documents },
    }
  } catch (error) {
    report(testCase.settings === undefined ? ['settings'] : [...path, 'settings'], error)
    return undefined
  }
}

function isUnfit({ request, object }: CaseSource, policy: PolicyUnderTest): boolean {
  return (request !== undefined || object !== undefined) && isForRawRequests(policy('any'))
}

async function readExpectedDocuments(
  { object, patch }: { readonly object: unknown; readonly patch: unknown },
  testFile: string,
): Promise<Pick<TestCase['expected'], 'object' | 'patch'>> {
  return {
    ...(object === undefined ? {} : { object: await readDocument(object, testFile) }),
    ...(patch === undefined ? {} : { patch: await readDocument(patch, testFile) }),
  }
}

async function readOneDocument(file: string, problems: Problem[]): Promise<YamlDocument | undefined> {
  const { documents, problems: found } = parseYaml(file, await readText(file), 'everywhere')
  problems.push(...found)
  const [document, ...others] = documents
  if (document === undefined && found.length === 0) problems.push({ file, message: 'is empty' })
  if (others.length > 0) problems.push({ file, message: 'holds several documents; a test file is one' })
  return others.length > 0 ? undefined : document
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${file}: ${messageOf(cause)}`, { cause })
  }
}

function reportRepeatedNames({ cases }: TestFileSource, report: CaseContext['report']): void {
  const names = cases.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index) report(['cases', index, 'name'], new Error(`is "${name}", as another case's`))
}

function subjectOf({ request, rawRequest }: CaseSource): string {
  if (request !== undefined) return 'request'
  return rawRequest === undefined ? 'object' : 'rawRequest'
}

// What is wrong within the file that is named is said by it; what we did not foresee is our defect.
function describe(error: unknown): string {
  if (!(error instanceof Error)) throw error
  // the place is said already, and better
  return error.message.replace(new RegExp(`^${IN_PLACE}(:1)?: `), '')
}
