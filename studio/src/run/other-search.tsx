// Fields that make another search of a run: its method, a preset, knobs. Only what differs is asked for.
import { type ReactNode, useState } from 'react'
import type { Catalogue, RunRow, WhatIfBody } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import { knobValue } from '../pages/knob-fields.tsx'
import { Field } from '../shell/controls.tsx'

export interface OtherSearch {
  readonly catalogue: Catalogue | undefined
  readonly asked: Pick<WhatIfBody, 'method' | 'preset' | 'knobs'>
  /** To choose the method, and what it can be set to. */
  readonly method: ReactNode
  readonly settings: ReactNode
}

export function useOtherSearch(run: RunRow): OtherSearch {
  const { data: catalogue } = useGet<Catalogue>('/api/catalogue')
  const [method, setMethod] = useState(run.method)
  const [preset, setPreset] = useState('')
  const [knobs, setKnobs] = useState<Record<string, string>>({})
  const info = catalogue?.methods.find(m => m.id === method)
  const given = (info?.knobs ?? []).filter(k => (knobs[k.name] ?? '') !== '')
  return {
    catalogue,
    asked: {
      ...(method === run.method ? {} : { method }),
      ...(preset === '' ? {} : { preset }),
      ...(given.length === 0 ? {} : { knobs: Object.fromEntries(given.map(k => [k.name, knobValue(k, knobs[k.name])])) }),
    },
    method: (
      <Field label="Method" hint={info?.about}>
        {id => (
          <select
            id={id}
            className="input"
            value={method}
            onChange={e => {
              setMethod(e.target.value)
              setPreset('')
              setKnobs({})
            }}
          >
            {(catalogue?.methods ?? [{ id: run.method }]).map(m => (
              <option key={m.id} value={m.id}>
                {m.id}
              </option>
            ))}
          </select>
        )}
      </Field>
    ),
    settings: info !== undefined && (Object.keys(info.presets).length > 0 || info.knobs.length > 0) && (
      <div className="knobs">
        {Object.keys(info.presets).length > 0 && (
          <Field label="Preset">
            {id => (
              <select id={id} className="input" value={preset} onChange={e => setPreset(e.target.value)}>
                <option value="">{method === run.method ? 'as it is' : 'as it is by default'}</option>
                {Object.keys(info.presets).map(p => (
                  <option key={p}>{p}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        {info.knobs.map(k => (
          <Field key={k.name} label={<span title={k.doc}>{k.name}</span>}>
            {id => (
              <input
                id={id}
                className="input mono"
                value={knobs[k.name] ?? ''}
                placeholder={String((method === run.method ? run.knobs[k.name] : undefined) ?? k.default)}
                onChange={e => setKnobs(all => ({ ...all, [k.name]: e.target.value }))}
              />
            )}
          </Field>
        ))}
      </div>
    ),
  }
}
