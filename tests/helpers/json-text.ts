import fc from 'fast-check'

/** JSON as foreign writers write it: space anywhere, escapes where none are needed, numbers in every notation, names twice. */
export function jsonText(): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(fc.constantFrom('true', 'false', 'null'), numberText(), stringText()),
      fc.array(spaced(tie('value')), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(spaced(nameText()), spaced(tie('value'))), { maxLength: 4 })
        .map((members) => `{${members.map(([name, item]) => `${name}:${item}`).join(',')}}`),
    ),
  }))
  return spaced(value)
}

export function numberText(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.constantFrom('0', '1', '7', '10', '9007199254740992', '9007199254740993', '123456789012345678901234567890'),
      fc.constantFrom('', '', '.0', '.5', '.10', '.1234567890123456789'),
      fc.constantFrom('', '', 'e0', 'E2', 'e-7', 'e+20'),
    )
    .map((parts) => parts.join(''))
}

function stringText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom('a', 'ö', '💡', '\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\ud83d\\udca1', '\\ud800', ' '),
    fc.string({ maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
  )
  return fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`)
}

// Without escapes: V8's JSON.parse, with which tests compare, can take an escaped name for another one that it has met
// (https://github.com/nodejs/node/issues/63785).
function nameText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('"a"', '"b"', '"ab"', '""', '"__proto__"', '"constructor"', '"a/b~c"'),
    stringText().filter((text) => !text.includes('\\')),
  )
}

function spaced(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const space = fc.constantFrom('', '', ' ', '\n', '\r\t')
  return fc.tuple(space, text, space).map((parts) => parts.join(''))
}
