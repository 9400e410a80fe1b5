package graph_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/graph"
	"rollbook/internal/odata"
)

const (
	// What the answer to one request may cost, whatever was sent: bytes that are
	// allocated, and time on a machine that does other things too.
	hostileMemory = 64 << 20
	hostileTime   = 5 * time.Second // of a processor, and not of a clock: the machine may be busy
)

// TestHostileRequests sends what nobody means well with to everything that can
// be asked for: the list of operations is the services' own.
func TestHostileRequests(t *testing.T) {
	w := newWorldOn(t, true)
	h := hostility{rand: rand.New(rand.NewPCG(3, 14)), known: w.knownKeys(), bodies: hostileBodies(t)}
	services, err := graph.Services(graph.Config{Flows: w.flows})
	if err != nil {
		t.Fatal(err)
	}
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	for _, s := range services {
		operations := s.Operations()
		slices.SortFunc(operations, func(a, b *odata.Operation) int { return strings.Compare(removalsLast(a), removalsLast(b)) })
		for _, op := range operations {
			for range rounds {
				w.attack(t, h.request(t, s.Prefix, op))
			}
		}
	}
	if len(w.reported) > 0 {
		t.Errorf("reported as faults: %v", w.reported[:min(len(w.reported), 5)])
	}
}

// FuzzHostileRequests goes on with it for as long as there is time.
func FuzzHostileRequests(f *testing.F) {
	w := newWorldOn(f, true)
	h := hostility{known: w.knownKeys(), bodies: hostileBodies(f)}
	services, err := graph.Services(graph.Config{Flows: w.flows})
	if err != nil {
		f.Fatal(err)
	}
	var operations []*odata.Operation
	for _, s := range services {
		operations = slices.AppendSeq(operations, slices.Values(s.Operations()))
	}
	slices.SortFunc(operations, func(a, b *odata.Operation) int { return strings.Compare(a.Method+a.Path, b.Method+b.Path) })
	f.Add(uint64(0), uint64(0))
	f.Fuzz(func(t *testing.T, which, seed uint64) {
		h := h
		h.rand = rand.New(rand.NewPCG(which, seed))
		op := operations[which%uint64(len(operations))]
		for _, prefix := range []string{"/beta", "/v1.0"} {
			w.attack(t, h.request(t, prefix, op))
		}
	})
}

// What items of a batch depend on is looked up again and again, so there may not
// be more of it than a batch can have.
func TestBatchOfManyDependencies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"requests":[{"id":"0","method":"GET","url":"/users"},{"id":"1","method":"GET","url":"/users","dependsOn":[` + strings.Repeat(`"0",`, 20) + `"0"]}]}`
	if a := w.call("POST", "/beta/$batch", body); a.status != http.StatusBadRequest || !strings.Contains(a.text, "depends on more") {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

// removalsLast orders operations so that there is something to attack as long
// as possible.
func removalsLast(op *odata.Operation) string {
	if op.Method == http.MethodDelete {
		return "~" + op.Path
	}
	return op.Path + op.Method
}

// knownKeys are keys that are there, by the collection that they stand behind.
func (w *world) knownKeys() map[string]string {
	i := w.populated()
	user := w.must(http.StatusCreated, "POST", "/v1.0/users", userBody).id()
	group := w.must(http.StatusCreated, "POST", "/v1.0/groups", fmt.Sprintf(`{"displayName":"x","mailEnabled":true,"mailNickname":"x","securityEnabled":false,
		"groupTypes":["Unified"],"members@odata.bind":["users/%s"],"owners@odata.bind":["users/%[1]s"]}`, user)).id()
	return map[string]string{
		"sourcesystems": i.source, "dataconnectors": i.connector, "years": i.year, "inboundflows": i.inbound,
		"outboundprovisioningflowsets": i.set, "provisioningflows": i.class, "referencedefinitions": "RefGradeLevel-KG",
		"rolegroups": "staff", "runs": "run-1", "activities": "activity-1", "groups": group, "users": user, "directoryobjects": user,
		"members": user, "owners": user, "teachers": user, "classes": group,
	}
}

const userBody = `{"accountEnabled":true,"displayName":"x","mailNickname":"x","userPrincipalName":"x@school.example",
	"passwordProfile":{"password":"xX1!xX1!xX1!"}}`

// attack sends one request and looks at what comes back.
func (w *world) attack(t *testing.T, r *http.Request) {
	t.Helper()
	what := fmt.Sprintf("%s %.300s %v", r.Method, r.URL, r.Header)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := worked(t)
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	took := worked(t) - begun
	runtime.ReadMemStats(&after)
	if took > hostileTime || after.TotalAlloc-before.TotalAlloc > hostileMemory {
		t.Errorf("%s took %v and %d bytes", what, took, after.TotalAlloc-before.TotalAlloc)
	}
	if err := decent(out); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// worked returns how much time processors gave to this process. The tests around
// an attack are none that run beside others.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// decent returns what is wrong with an answer to whatever was asked.
func decent(out *httptest.ResponseRecorder) error {
	switch {
	case out.Code == http.StatusNotModified, out.Code < http.StatusMultipleChoices:
		return nil
	case out.Code < http.StatusBadRequest || out.Code >= http.StatusInternalServerError:
		return fmt.Errorf("status %d: %.300s", out.Code, out.Body)
	}
	var e struct {
		Error odata.Error `json:"error"`
	}
	if err := json.Unmarshal(out.Body.Bytes(), &e, json.MatchCaseInsensitiveNames(true)); err != nil {
		return fmt.Errorf("status %d: %.300s: %w", out.Code, out.Body, err)
	}
	if e.Error.Code == "" || e.Error.Message == "" {
		return fmt.Errorf("status %d without a code and a message: %.300s", out.Code, out.Body)
	}
	if out.Body.Len() > 64<<10 {
		return fmt.Errorf("status %d with %d bytes of error", out.Code, out.Body.Len())
	}
	return nil
}

// hostility makes requests, the same ones each time.
type hostility struct {
	rand   *rand.Rand
	known  map[string]string
	bodies []hostileBody
}

// hostileBody is a body and the headers that come with it.
type hostileBody struct {
	content []byte
	header  []string
}

func (h hostility) request(t *testing.T, prefix string, op *odata.Operation) *http.Request {
	t.Helper()
	body := hostileBody{}
	if op.Method != http.MethodGet || h.rand.IntN(10) == 0 {
		body = pick(h, h.bodies)
	}
	r := httptest.NewRequestWithContext(t.Context(), op.Method, "/", bytes.NewReader(body.content))
	path := prefix + "/" + h.path(op.Path)
	r.URL = &url.URL{Path: path}
	if plain, err := url.PathUnescape(path); err == nil {
		r.URL.Path, r.URL.RawPath = plain, path
	}
	if h.rand.IntN(4) > 0 {
		r.URL.RawQuery = pick(h, hostileQueries())
		if h.rand.IntN(3) == 0 {
			r.URL.RawQuery += "&" + pick(h, hostileQueries())
		}
	}
	r.Header.Set("Authorization", "Bearer all")
	if h.rand.IntN(2) == 0 {
		header := pick(h, hostileHeaders())
		r.Header.Set(header[0], header[1])
	}
	for i := 0; i+1 < len(body.header); i += 2 {
		r.Header.Set(body.header[i], body.header[i+1])
	}
	return r
}

// path fills the keys of a path: mostly ones that are there.
func (h hostility) path(template string) string {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		segments[i] = "x"
		if i > 0 && h.known[strings.ToLower(segments[i-1])] != "" {
			segments[i] = h.known[strings.ToLower(segments[i-1])]
		}
		if h.rand.IntN(3) == 0 {
			segments[i] = pick(h, hostileKeys())
		}
	}
	return strings.Join(segments, "/")
}

func pick[T any](h hostility, from []T) T { return from[h.rand.IntN(len(from))] }

func hostileKeys() []string {
	return []string{
		"'", "''", "%27%20or%201=1--", "%00", "x%00y", "%2e%2e", "..", "%2F%2F", "('x')", "(%27x%27%27y%27)", "%ff%fe", "%F0%9F%98%80",
		"%0d%0aX:%20y", "$count", "$value", "microsoft.graph.user", "microsoft.graph.industryData.provisioningFlow", "(", ")", "(a=1,a=2)", "((((", "null",
		strings.Repeat("x", 10_000), strings.Repeat("%27", 3000), strings.Repeat("(", 5000), strings.Repeat("x/", 2000), "%25%32%37", "*", "-1", "9999999999999999999999",
	}
}

func hostileQueries() []string {
	escape := url.QueryEscape
	return []string{
		"$filter=" + escape(strings.Repeat("id eq 'x' or ", 1000)+"id eq 'x'"),
		"$filter=" + escape(strings.Repeat("(", 5000)+"id eq 'x'"+strings.Repeat(")", 5000)),
		"$filter=" + escape(strings.Repeat("not ", 5000)+"id eq 'x'"),
		"$filter=" + escape("id in ("+strings.Repeat("'x',", 5000)+"'y')"),
		"$filter=" + escape("id eq '"+strings.Repeat("x", 50_000)+"'"),
		"$filter=" + escape("id eq 'it''s' and displayName ne null and startswith(displayName,'%_[]*')"),
		"$filter=" + escape("displayName eq '\xff\xfe'"), "$filter=%ff", "$filter=%zz", "$filter=", "$filter=id", "$filter=" + escape("id eq 1e999999"),
		"$filter=" + escape("id gt 99999999999999999999999999 and createdDateTime lt 9999-99-99T99:99:99Z"),
		"$filter=" + escape("members/any(m:m/id eq 'x')"), "$filter=" + escape("x/y/z eq 1"), "$filter=" + escape("contains(displayName,'"+strings.Repeat("%", 1000)+"')"),
		"$top=-1", "$top=0", "$top=99999999999999999999", "$top=1e3", "$top=٣", "$skip=9223372036854775807", "$skip=-9223372036854775808", "$top=9223372036854775807&$skip=9223372036854775807",
		"$orderby=" + strings.Repeat("id,", 2000) + "id", "$orderby=" + escape("id desc asc"), "$orderby=" + escape("(select 1)"), "$orderby=%00",
		"$select=" + strings.Repeat("id,", 5000) + "id", "$select=*", "$select=%27", "$select=,,,,",
		"$expand=" + strings.Repeat("year($expand=", 1000), "$expand=" + strings.Repeat("year,", 1000) + "year", "$expand=*", "$expand=*/$ref", "$expand=members($levels=max)",
		"$search=" + escape(`"`+strings.Repeat("x", 20_000)+`"`), "$search=" + escape(`"\xff`), "$count=maybe", "$count=true", "$format=xml", "$format=" + strings.Repeat("x", 10_000),
		"$skiptoken=x", "$skiptoken=" + escape("id-'"), "$skiptoken=" + escape("id-'"+strings.Repeat("x", 50_000)+"'"), "$skiptoken=%00", "$deltatoken=x", "$deltatoken=latest", "$skiptoken=" + strings.Repeat("A", 10_000),
		"$apply=aggregate($count%20as%20n)", "$compute=x", "$top=1&$top=2", "top=1&$top=1", "$unknown=x", strings.Repeat("a=b&", 5000), strings.Repeat("&", 20_000), "@p=@p&resetSession=@p", "resetSession=%ff", "=", "%", ";",
	}
}

func hostileHeaders() [][2]string {
	return [][2]string{
		{"Accept", strings.Repeat("application/json,", 1000)}, {"Accept", "text/html"}, {"Accept", "application/json;odata.metadata=everything"}, {"Accept", "application/json;q=0"}, {"Accept", ";;;=,,,"},
		{"Accept", "application/json;odata.metadata=full;IEEE754Compatible=true"}, {"Accept", "\xff"},
		{"Prefer", "return=representation"}, {"Prefer", strings.Repeat("return=minimal,", 1000)}, {"Prefer", "odata.maxpagesize=-1"}, {"Prefer", "odata.maxpagesize=99999999999999999999"}, {"Prefer", `x="`},
		{"If-Match", "*"}, {"If-Match", `W/"x"`}, {"If-Match", `"`}, {"If-Match", strings.Repeat(`W/"x",`, 2000)}, {"If-None-Match", "*"}, {"If-Modified-Since", "yesterday"},
		{"ConsistencyLevel", "eventual"}, {"client-request-id", strings.Repeat("x", 10_000)}, {"client-request-id", "\x00\r\n"}, {"Content-Type", "text/plain"}, {"Content-Type", "application/json;charset=utf-7"},
		{"Content-Encoding", "gzip"}, {"Content-Encoding", "br"}, {"Content-Encoding", "gzip, gzip"}, {"X-HTTP-Method-Override", "DELETE"}, {"OData-Version", "99"}, {"OData-MaxVersion", "3.0"},
		{"Host", "evil.example"}, {"X-Forwarded-Host", "evil.example"}, {"Range", "bytes=0-1"}, {"Expect", "100-continue"},
	}
}

func hostileBodies(t testing.TB) []hostileBody {
	t.Helper()
	const typed = "Content-Type"
	deep := strings.Repeat(`{"configuration":`, 5000) + "1" + strings.Repeat("}", 5000)
	texts := []string{
		"", "null", "[]", "1", `"x"`, "{", "}", "{}{}", "{}x", "\xef\xbb\xbf{}", "\x00", strings.Repeat("[", 500_000), strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000), deep,
		`{"displayName":"` + strings.Repeat("x", 1<<20-100) + `"}`, `{"displayName":"` + strings.Repeat("x", 2<<20) + `"}`, `{"` + strings.Repeat("x", 1<<19) + `":1}`,
		`{"displayName":"a","displayName":"b"}`, `{"displayName":"a","DISPLAYNAME":"b"}`, `{"@odata.type":"#x","@odata.type":"#y"}`,
		"{\"displayName\":\"\xff\xfe\"}", "{\"\xff\":1}", `{"displayName":"\ud800"}`, `{"displayName":"\udc00\ud800"}`, `{"displayName":"\u0000"}`, `{"displayName":"a` + "\x01" + `"}`,
		`{"displayName":{"a":[{"b":null}]}}`, `{"displayName":[1,2]}`, `{"displayName":1e999999}`, `{"displayName":` + strings.Repeat("9", 100_000) + `}`, `{"displayName":-0.0}`, `{"displayName":true}`, `{"displayName":null}`,
		`{"@odata.type":"#microsoft.graph.user","displayName":"x"}`, `{"@odata.type":1}`, `{"@odata.type":"` + strings.Repeat("#", 100_000) + `"}`,
		`{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow","configuration":null}`, `{"@odata.type":"#microsoft.graph.industryData.industryDataActivity"}`,
		`{"sourceSystem@odata.bind":"https://evil.example/beta/external/industryData/sourceSystems/x"}`, `{"sourceSystem@odata.bind":"file:///etc/passwd"}`, `{"sourceSystem@odata.bind":["x"]}`, `{"sourceSystem@odata.bind":"` + strings.Repeat("../", 50_000) + `"}`,
		`{"@odata.id":"https://evil.example/v1.0/users/u1"}`, `{"@odata.id":"users/'"}`, `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/%00"}`, `{"@odata.id":""}`, `{"@odata.id":5}`,
		`{"members@odata.bind":[` + strings.Repeat(`"https://evil.example/v1.0/users/u1",`, 20_000) + `"users/u1"]}`, `{"members@odata.bind":"users/u1"}`, `{"members@odata.bind":[null,1,{}]}`, `{"members":[{"id":"u1"}]}`,
		`{"userMatchingSettings":[` + strings.Repeat(`{"priorityOrder":0},`, 20_000) + `{}]}`, `{"filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":[` + strings.Repeat(`"x",`, 100_000) + `"y"]}}`,
		`{"startDate":"0000-00-00","endDate":"99999-12-31","year":{"code":"'"}}`, `{"startDate":"2024-02-30"}`, `{"effectiveDateTime":"2024-08-01T25:61:61+99:99"}`, `{"effectiveDateTime":-1}`,
		`{"accountEnabled":"yes","mailNickname":"` + strings.Repeat("a", 1000) + `","userPrincipalName":"a@b@c"}`, `{"requests":[]}`, `{"requests":[{"id":"1","method":"GET","url":"/$batch"}]}`,
		`{"requests":[` + strings.Repeat(`{"id":"x","method":"GET","url":"/users"},`, 1000) + `{}]}`, `{"requests":[{"id":"1","method":"\u0000","url":"http://evil.example/","dependsOn":["1"],"body":{"a":1,"a":2}}]}`,
		classBody, yearBody, sourceBody, "<xml/>", "a=b&c=d", strings.Repeat(" ", 1<<20) + "{}",
	}
	var bodies []hostileBody
	for i, text := range texts {
		body := hostileBody{content: []byte(text)}
		if i%5 > 0 {
			body.header = []string{typed, "application/json"}
		}
		bodies = append(bodies, body)
	}
	return append(bodies,
		hostileBody{bomb(t, 256<<20), []string{typed, "application/json", "Content-Encoding", "gzip"}},
		hostileBody{bomb(t, 1<<20), []string{typed, "application/json", "Content-Encoding", "gzip"}},
		hostileBody{bomb(t, 1<<20)[:100], []string{typed, "application/json", "Content-Encoding", "gzip"}},
		hostileBody{[]byte("{}"), []string{typed, "multipart/form-data; boundary=x"}},
		hostileBody{[]byte("{}"), []string{typed, "application/json; charset=utf-16"}},
		hostileBody{[]byte("{}"), []string{typed, strings.Repeat("a/", 5000)}},
	)
}

// bomb is a small body that unpacks to spaces without end, in front of an object.
func bomb(t testing.TB, size int64) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.CopyN(w, spaces{}, size); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "{}"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
