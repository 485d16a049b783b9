import { InvalidArgumentError } from 'commander'

/** Reads the span that an evaluation may take. @throws InvalidArgumentError */
export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() === '' || !(seconds > 0 && seconds <= 3600))
    throw new InvalidArgumentError('It is a number of seconds, more than 0 and at most 3600.')
  return seconds
}
