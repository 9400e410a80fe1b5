package jobs

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process names a process so that another one on the same machine can tell
// whether it still lives. Then the work of a killed process goes on at once,
// and not only when its lease expires.
type Process struct {
	space string // the machine since its last start, and the container on it; "" where that cannot be told
	id    int
	start string // when it started; process IDs are used again
	nonce string // tells processes apart that cannot be told apart otherwise
}

// ThisProcess returns the name of the process that calls. The nonce is unique.
func ThisProcess(nonce string) Process {
	p := Process{id: os.Getpid(), nonce: nonce}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return p // no Linux
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return p
	}
	if start, alive := startOf(p.id); alive {
		p.space = strings.TrimSpace(string(boot)) + namespace
		p.start = start
	}
	return p
}

// String returns the name as the lease's row holds it.
func (p Process) String() string {
	return fmt.Sprintf("process %d/%s/%s/%s", p.id, p.start, p.space, p.nonce)
}

// knowsDead reports whether the owner is a process of this machine that lives
// no more. Of a process on another machine nothing is known.
func (p Process) knowsDead(owner string) bool {
	fields := strings.Split(strings.TrimPrefix(owner, "process "), "/")
	if len(fields) != 4 || p.space == "" || fields[2] != p.space {
		return false
	}
	id, err := strconv.Atoi(fields[0])
	if err != nil {
		return false
	}
	start, alive := startOf(id)
	return !alive || start != fields[1]
}

// startOf returns when a process started, in ticks since the machine did, and
// whether it lives (proc(5), /proc/pid/stat: fields 3 and 22).
func startOf(id int) (start string, alive bool) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(id), "stat"))
	if err != nil {
		return "", !os.IsNotExist(err)
	}
	// The second field, the program's name in parentheses, may hold anything.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return "", true
	}
	return fields[19], fields[0] != "Z" && fields[0] != "X"
}
