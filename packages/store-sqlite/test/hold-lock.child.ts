// Holds the write lock of a file from its first line until it is told to let go.
import { DatabaseSync } from 'node:sqlite'

const db = new DatabaseSync(process.argv[2] ?? '')
db.exec('BEGIN IMMEDIATE')
process.stdout.write('"held"\n')
process.stdin.once('data', () => {
  db.exec('ROLLBACK')
  db.close()
  process.stdin.destroy()
})
