package import GraphAPI
package import StrictYAML

extension Configuration {
    /// What asks Meta as this says.
    /// - Throws: where the certificate authority's file cannot be used.
    package func transport() throws(ConfigurationError) -> CurlTransport {
        var settings = CurlTransport.Settings()
        settings.timeout = graph.timeout
        settings.extraCAFile = graph.caFile
        do throws(TransportError) { return try CurlTransport(settings) } catch {
            throw ConfigurationError(problems: [problem("graph.ca_file", "\(error)")])
        }
    }
}
