import { useState } from 'preact/hooks';
import { NumberText, readJson, type Json } from '../json';
import type { Content } from '../types';
import { bytes, count } from '../words';
import { CopyButton } from './basics';
import { Icon } from './icon';

const openDepth = 2;
const shownItems = 100;
const longText = 400;

/** A payload, result or arguments: JSON as a tree, other text as it is. */
export function ContentBox({ content, download, name }: { content: Content; download?: string; name: string }) {
  const [raw, setRaw] = useState(false);
  const json = content.kind === 'json' && content.text !== undefined && !content.truncated ? readJson(content.text) : undefined;
  if (content.kind === 'hidden') {
    return <p class="faint">You may not see it. {bytes(content.size)}.</p>;
  }
  if (content.size === 0) {
    return <p class="faint">Empty</p>;
  }
  return (
    <div class="content">
      <div class="content-tools">
        <span class="faint number">{content.kind === 'binary' ? 'binary, ' : ''}{bytes(content.size)}{content.truncated && ', the beginning'}</span>
        <span class="push" />
        {json !== undefined && typeof json === 'object' && json !== null && !(json instanceof NumberText)
          && <button type="button" class="text-button" aria-pressed={raw} onClick={() => setRaw(!raw)}>{raw ? 'Tree' : 'Text'}</button>}
        {content.text !== undefined && <CopyButton small text={content.text} label={`Copy the ${name}`} />}
        {download && <a class="button quiet square small" href={download} download aria-label={`Download the ${name}`} title={`Download the ${name}`}><Icon name="download" /></a>}
      </div>
      {content.text !== undefined && (json !== undefined && !raw
        ? <div class="tree mono"><Node value={json} depth={0} /></div>
        : <pre class="mono wrap" tabIndex={0}>{content.text}</pre>)}
    </div>
  );
}

function Node({ value, depth, name }: { value: Json; depth: number; name?: string }) {
  const [open, setOpen] = useState(depth < openDepth);
  const [limit, setLimit] = useState(shownItems);
  const label = name !== undefined && <><span class="tree-name">{name}</span><span class="faint">: </span></>;
  if (value === null || typeof value !== 'object' || value instanceof NumberText) {
    return <div class="tree-line">{label}<Leaf value={value} /></div>;
  }
  const list = Array.isArray(value);
  const entries = list ? value.map((item, index) => [String(index), item] as const) : Object.entries(value);
  if (entries.length === 0) {
    return <div class="tree-line">{label}<span class="faint">{list ? '[ ]' : '{ }'}</span></div>;
  }
  return (
    <div class="tree-node">
      <button type="button" class="tree-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'right'} />{label}<span class="faint">{list ? `[${count(entries.length)}]` : open && depth === 0 && !name ? '{ }' : `{${count(entries.length)}}`}</span>
      </button>
      {open && (
        <div class="tree-children">
          {entries.slice(0, limit).map(([key, item]) => <Node key={key} name={key} value={item} depth={depth + 1} />)}
          {entries.length > limit && <button type="button" class="text-button" onClick={() => setLimit(limit * 10)}>{count(entries.length - limit)} more</button>}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: null | boolean | string | NumberText }) {
  const [all, setAll] = useState(false);
  if (typeof value === 'string') {
    const cut = value.length > longText && !all;
    return (
      <span class="tree-text">{cut ? value.slice(0, longText) : value}{cut && <> … <button type="button" class="text-button" onClick={() => setAll(true)}>{count(value.length)} characters</button></>}
        {value === '' && <span class="faint">empty text</span>}</span>
    );
  }
  return <span class={value === null ? 'faint' : 'tree-value'}>{value instanceof NumberText ? value.text : String(value)}</span>;
}
