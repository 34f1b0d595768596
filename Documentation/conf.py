# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Sphinx is to know: pages, which of them are manuals, and one directive,
which puts in what Linux's kernel-doc finds in a header.  "make docs" calls it."""

import glob
import os
import subprocess

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

project = 'xenphysmap'
author = 'the authors of xenphysmap'
copyright = author + '; LGPL-2.1-or-later'
release = os.environ.get('XENPHYSMAP_VERSION', '')
top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

html_theme = 'alabaster'
html_theme_options = {'page_width': '70em', 'sidebar_width': '14em'}
html_copy_source = False
html_show_sphinx = False
# what is quoted here has to be copied as it is: no -- becomes a dash
smartquotes = False
# a block of a page is taken for no language unless it says which it is
highlight_language = 'none'

man_pages = [
    ('xenphysmap', 'xenphysmap', "look after guests' video RAM", [], 1),
    ('library', 'xenphysmap', "keep a guest's video RAM where the guest put it", [], 3),
    ('record', 'xenphysmap-record', 'where the pages of a RAM block are', [], 5),
    ('preload', 'xenphysmap-preload', 'the shim that goes in front of QEMU', [], 7),
]

nitpicky = True
# types of libc and of libxen, which are not described here
nitpick_ignore = [('c:identifier', name) for name in (
    'size_t', 'uint32_t', 'uint64_t', 'xc_interface', 'xen_pfn_t', 'xendevicemodel_handle',
    'xenforeignmemory_handle')]


def kernel_doc_script():
    """The one that is named, or that of Debian's newest linux-kbuild."""
    there = sorted(glob.glob('/usr/lib/linux-kbuild-*/scripts/kernel-doc'))
    named = os.environ.get('KERNELDOC') or (there[-1] if there else None)
    if not named:
        raise ConfigError('no kernel-doc here: Debian has it in linux-kbuild-*; KERNELDOC= names it')
    return named


class KernelDoc(SphinxDirective):
    """.. kernel-doc:: FILE, from the top: all that is described there."""
    required_arguments = 1

    def run(self):
        header = os.path.join(top, self.arguments[0])
        self.env.note_dependency(header)
        text = subprocess.run([kernel_doc_script(), '-Werror', '-rst', '-sphinx-version', '5.3.0',
                               header], check=True, capture_output=True, text=True).stdout
        node = nodes.section()
        node.document = self.state.document
        nested_parse_with_titles(self.state, StringList(text.splitlines(), header), node)
        return node.children


def setup(app):
    app.add_directive('kernel-doc', KernelDoc)
    return {'parallel_read_safe': True}
