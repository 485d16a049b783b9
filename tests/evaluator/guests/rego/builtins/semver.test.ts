import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('versions are ordered as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'semver.is_valid("1.2.3")',
      'semver.is_valid("v1.2.3-alpha.1+build")',
      'semver.is_valid("1.2")',
      'semver.is_valid("01.2.3")',
      'semver.is_valid("1.2.3-01")',
      'semver.compare("1.2.3", "1.10.0")',
      'semver.compare("1.0.0-alpha", "1.0.0-alpha.1")',
      'semver.compare("1.0.0-beta.2", "1.0.0-beta.11")',
      'semver.compare("1.0.0", "1.0.0-rc")',
      'semver.compare("1.0.0+a", "1.0.0+b")',
    ],
    undefined: ['semver.compare("x", "1.0.0")'],
  })
})
