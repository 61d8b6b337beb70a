// What the bundler makes of the elements in .tsx files.
export { Fragment, h } from 'preact';
