// Prints every change as it comes: go run changes.go [CURSOR] [SOCKET]. Varlink is JSON with a NUL behind each message.
package main

import ("bufio"; "encoding/json"; "fmt"; "log"; "net"; "os")

func main() {
	parameters, path := map[string]any{}, "/run/wabawatch/io.wabawatch"
	if len(os.Args) > 1 && os.Args[1] != "" { parameters["after"] = os.Args[1] }
	if len(os.Args) > 2 { path = os.Args[2] }
	connection, err := net.Dial("unix", path)
	if err != nil { log.Fatal(err) }
	call, _ := json.Marshal(map[string]any{"method": "io.wabawatch.Subscribe", "parameters": parameters, "more": true})
	if _, err = connection.Write(append(call, 0)); err != nil { log.Fatal(err) }
	for reader := bufio.NewReader(connection); ; {
		message, err := reader.ReadBytes(0)
		if err != nil { log.Fatal("wabawatchd has closed the connection: ", err) }
		var reply struct {
			Error      string
			Parameters struct{ Change *struct{ Cursor, Summary string } }
		}
		if err := json.Unmarshal(message[:len(message)-1], &reply); err != nil { log.Fatal(err) }
		if reply.Error != "" { log.Fatal(string(message)) }
		// Keep the cursor once the change is worked on, and begin behind it next time.
		if change := reply.Parameters.Change; change != nil { fmt.Println(change.Cursor, change.Summary) }
	}
}
