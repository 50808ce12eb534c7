// The command that does the same, to be copied.
import { useState } from 'react'
import { Button } from '../shell/controls.tsx'
import { say } from '../shell/toast.tsx'

/** An argument of a shell, in quotes where it needs them. */
export const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

export function Command({ words }: { words: readonly string[] }) {
  const [copied, setCopied] = useState(false)
  const line = words.join(' ')
  return (
    <div className="command">
      <pre data-command="">{line}</pre>
      <Button
        small
        kind="plain"
        onClick={() =>
          navigator.clipboard.writeText(line).then(
            () => {
              setCopied(true)
              setTimeout(() => setCopied(false), 1500)
            },
            () => say('The browser does not let it be copied: mark it instead', 'wrong'),
          )
        }
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}

/** Beside a form. */
export const SameCommand = ({ words }: { words: readonly string[] }) => (
  <section>
    <h3>The same by the command</h3>
    <Command words={words} />
  </section>
)
