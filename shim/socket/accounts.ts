import { readFileSync } from 'node:fs'

/** The numeric id of a user given by name or by number; undefined when `/etc/passwd` does not know the name. */
export function findUserId(user: string, file = '/etc/passwd'): number | undefined {
  return findId(user, file)
}

/** The numeric id of a group given by name or by number; undefined when `/etc/group` does not know the name. */
export function findGroupId(group: string, file = '/etc/group'): number | undefined {
  return findId(group, file)
}

// Node cannot ask the name service, so accounts of a directory service have to be given by number. passwd(5), group(5):
// both files hold the name in the first field and the id in the third.
function findId(account: string, file: string): number | undefined {
  if (/^\d+$/.test(account)) return Number(account)
  const fields = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const id = fields.find(([name]) => name === account)?.[2]
  return id === undefined ? undefined : Number(id)
}
