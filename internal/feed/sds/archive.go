package sds

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rollbook/internal/feed"
)

// Limits on the entries of an archive. A feed of the largest district known is
// below a tenth of them; what is beyond is damage or an attack.
const (
	maxSize  = 16 << 30 // bytes of one file, unpacked
	maxRatio = 200      // unpacked to packed; rosters reach about 20
	minBomb  = 64 << 20 // below this many bytes a ratio does no harm
)

// archive is a container in a zip file. It is streamed and never unpacked to disk.
type archive struct {
	file    *os.File
	name    string
	reader  *zip.Reader
	entries map[string]*zip.File
	damage  error    // why the archive could not be opened
	beside  []string // the names of the other files in its folder
}

// openArchive opens an archive. Where it was sent, what lies in its folder was
// sent with it.
func openArchive(name string, sent bool) (*archive, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	a := &archive{file: file, name: path.Base(info.Name()), entries: map[string]*zip.File{}}
	if sent {
		if a.beside, err = namesBeside(name); err != nil {
			file.Close()
			return nil, err
		}
	}
	a.reader, a.damage = readEntries(file, info.Size())
	if a.damage != nil {
		return a, nil
	}
	for _, f := range a.reader.File {
		if _, twice := a.entries[f.Name]; !twice {
			a.entries[f.Name] = f
		}
	}
	return a, nil
}

// namesBeside returns the names of the other files in a file's folder.
func namesBeside(name string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(name))
	var names []string
	for _, entry := range entries {
		if entry.Name() != filepath.Base(name) {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

func (a *archive) Close() error { return a.file.Close() }

// strays returns what was sent beside the archive. What it holds itself is
// refused by check.
func (a *archive) strays(bool) []string { return a.beside }

func (a *archive) names() []string {
	var names []string
	for _, f := range a.reader.File {
		names = append(names, f.Name)
	}
	return names
}

func (a *archive) has(name string) bool { return a.entries[name] != nil }

func (a *archive) open(name string) (io.ReadCloser, error) { return a.entries[name].Open() }

func (a *archive) check() error {
	if more, ok := errors.AsType[*excess](a.damage); ok {
		return a.unreadable(a.name, more.Error(), "Put only the CSV files of SDS V2.1 into the archive.")
	}
	if a.damage != nil {
		return a.unreadable(a.name, "the archive cannot be read: "+a.damage.Error(),
			"It may have been cut off on its way. Make the zip again and send it again; a single CSV file is not enough.")
	}
	if err := a.checkNames(); err != nil {
		return err
	}
	for _, f := range a.reader.File {
		if err := a.checkEntry(f); err != nil {
			return err
		}
	}
	return nil
}

// checkNames refuses an archive that holds anything but our files, each once.
func (a *archive) checkNames() error {
	var first *zip.File
	count := 0
	for _, f := range a.reader.File {
		if fileNamed(f.Name) != nil && a.entries[f.Name] == f {
			continue
		}
		if count++; first == nil {
			first = f
		}
	}
	if first == nil {
		return nil
	}
	message := fmt.Sprintf("the archive holds %q, which is not a file of SDS V2.1", first.Name)
	if fileNamed(first.Name) != nil {
		message = fmt.Sprintf("the archive holds %s twice", first.Name)
	}
	if count > 1 {
		message += fmt.Sprintf("; %d more entries do not belong in it either", count-1)
	}
	return refuse(feed.Finding{
		Rule: feed.RuleFileUnexpected, File: first.Name, Message: message, Hint: unexpectedHint(first.Name),
	})
}

// unexpectedHint says how an entry came into the archive and how to get rid of it.
func unexpectedHint(name string) string {
	dir, base := path.Split(strings.ReplaceAll(name, `\`, "/"))
	switch {
	case fileNamed(name) != nil:
		return "Remove one of the two, so that it is clear which one counts."
	case strings.HasPrefix(name, "__MACOSX/") || base == ".DS_Store":
		return "macOS adds it when a zip is made in the Finder. Make the zip in a terminal with: zip -X feed.zip *.csv"
	case dir != "" && fileNamed(base) != nil || dir != "" && base == "":
		return "Zip the files themselves and not the folder they are in: the files must be at the top of the archive."
	}
	if hint := strayHint(name); hint != "" {
		return hint
	}
	return "Remove it from the archive. Only the CSV files of SDS V2.1 may be in it."
}

// checkEntry refuses an entry that cannot or should not be unpacked.
func (a *archive) checkEntry(f *zip.File) error {
	const encrypted = 0x1
	switch {
	case f.Flags&encrypted != 0:
		return a.unreadable(f.Name, f.Name+" is encrypted", "Make the zip without a password.")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return a.unreadable(f.Name, fmt.Sprintf("%s is compressed with method %d", f.Name, f.Method),
			"Make the zip with the ordinary method, deflate.")
	case !f.Mode().IsRegular():
		return a.unreadable(f.Name, f.Name+" is a link and not a file", "Put the file itself into the archive.")
	case f.UncompressedSize64 > maxSize,
		f.UncompressedSize64 > minBomb && f.UncompressedSize64/maxRatio > f.CompressedSize64:
		return a.unreadable(f.Name, fmt.Sprintf("%s would unpack to %d bytes from %d", f.Name, f.UncompressedSize64, f.CompressedSize64),
			"That is more than any roster needs. Check what made the archive.")
	}
	return nil
}

func (a *archive) unreadable(name, message, hint string) error {
	return refuse(feed.Finding{Rule: feed.RuleFileUnreadable, File: name, Message: message, Hint: hint})
}

// isDamage reports whether an error is the archive's fault and not the disk's.
func isDamage(err error) bool {
	for _, target := range []error{zip.ErrFormat, zip.ErrChecksum, zip.ErrAlgorithm, io.ErrUnexpectedEOF} {
		if errors.Is(err, target) {
			return true
		}
	}
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	return corrupt
}
